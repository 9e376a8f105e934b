import type { CsrMatrix, RowLayout, RowSource } from "../features/csr-matrix.js";
import { StoredMatrix } from "../features/stored-matrix.js";
import { DescriptorReader } from "./spool-file.js";

/** A matrix as it can be posted to another thread of the process. */
export type MatrixShare = CsrMatrix | (RowLayout & { readonly descriptor: number; readonly folder: string });

/** What another thread opens with {@link openMatrix}; a file must stay open for as long as that thread reads it. */
export function shareMatrix(matrix: RowSource): MatrixShare {
  if ("indices" in matrix) return matrix;
  const { nRows, nColumns, indptr, spool } = matrix;
  if (!(spool instanceof DescriptorReader)) throw new Error("Bug: a matrix elsewhere than in a file cannot be shared");
  return { nRows, nColumns, indptr, descriptor: spool.descriptor, folder: spool.folder };
}

export function openMatrix(share: MatrixShare): RowSource {
  if ("indices" in share) return share;
  return new StoredMatrix(share, new DescriptorReader(share.descriptor, share.folder));
}
