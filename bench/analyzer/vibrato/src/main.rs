//! vibrato in a process of its own, for compare.ts, with the lines of mecab-driver.c.
//!
//!   vibrato-driver FOLDER TEXTS      FOLDER has lex.csv, matrix.def, char.def and unk.def (write-mecab-sources.ts)
//!
//! Spaces are left out and unknown words grouped as mecab does; mecab-ko's penalty after a space is not in vibrato, so the
//! tokens are not all the same, and the checksum is that of its own costs.

use std::fs::{self, File};
use std::io::{self, BufRead, Write};
use std::time::Instant;

use vibrato::{SystemDictionaryBuilder, Tokenizer};

const MAX_GROUPING_LENGTH: usize = 24;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, texts] = arguments.as_slice() else {
        return Err("usage: vibrato-driver FOLDER TEXTS".into());
    };
    let open = |name: &str| File::open(format!("{folder}/{name}"));
    let dictionary = SystemDictionaryBuilder::from_readers(
        open("lex.csv")?,
        open("matrix.def")?,
        open("char.def")?,
        open("unk.def")?,
    )?;
    let tokenizer = Tokenizer::new(dictionary)
        .ignore_space(true)?
        .max_grouping_len(MAX_GROUPING_LENGTH);
    let mut worker = tokenizer.new_worker();

    let bytes = fs::read(texts)?;
    let mut sentences = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = u32::from_le_bytes(bytes[at..at + 4].try_into()?) as usize;
        sentences.push(std::str::from_utf8(&bytes[at + 4..at + 4 + length])?);
        at += 4 + length;
    }

    let stdout = io::stdout();
    for line in io::stdin().lock().lines() {
        line?;
        let start = Instant::now();
        let mut n_tokens = 0;
        let mut checksum: u32 = 0;
        for sentence in &sentences {
            worker.reset_sentence(sentence);
            worker.tokenize();
            for token in worker.token_iter() {
                checksum = checksum.wrapping_mul(31).wrapping_add(token.total_cost() as u32);
            }
            n_tokens += worker.num_tokens();
        }
        let elapsed = start.elapsed().as_secs_f64() * 1e3;
        writeln!(&stdout, "{elapsed:.3} {n_tokens} {checksum}")?;
    }
    Ok(())
}
