import { writeZip, type ZipEntry } from "../../../src/io/zip.js";

function columnLetters(number: number): string {
  const rest = Math.floor((number - 1) / 26);
  return (rest > 0 ? columnLetters(rest) : "") + String.fromCharCode(65 + ((number - 1) % 26));
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;");
}

/** A text becomes an inline string, a number stays one with the digits given. */
export type Cell = string | { readonly digits: string };

function cellXml(cell: Cell, reference: string): string {
  if (typeof cell !== "string") return `<c r="${reference}"><v>${cell.digits}</v></c>`;
  if (cell === "") return "";
  return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell)}</t></is></c>`;
}

/** The XML of a sheet with these rows. */
export function sheetXml(rows: readonly (readonly Cell[])[]): string {
  const body = rows.map((row, i) => {
    const cells = row.map((cell, j) => cellXml(cell, `${columnLetters(j + 1)}${i + 1}`));
    return `<row r="${i + 1}">${cells.join("")}</row>`;
  });
  return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${body.join("")}</sheetData></worksheet>`;
}

const RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** The parts of the smallest workbook with one sheet of this XML. */
export function workbookParts(sheet: string): readonly ZipEntry[] {
  const files: Readonly<Record<string, string>> = {
    "[Content_Types].xml":
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": `<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}"><sheets><sheet name="sheet" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${RELATIONSHIPS}"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/worksheets/sheet1.xml": sheet,
  };
  return Object.entries(files).map(([name, content]) => ({ name, content: Buffer.from(content) }));
}

/** A workbook (.xlsx) of one sheet with these rows. */
export function makeWorkbook(rows: readonly (readonly Cell[])[]): Buffer {
  return writeZip(workbookParts(sheetXml(rows)));
}
