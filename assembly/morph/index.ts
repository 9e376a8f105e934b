/** Border of the module: numbers only. */

export {
  allBelow,
  placeBitmaps,
  placeClasses,
  placeColumns,
  placeRoots,
  placeRows,
  placeTrie,
  placeWords,
  planBitmaps,
} from "./build";
export { setDictionary } from "./dictionary";
export { analyze } from "./lattice";
export { plan, textAddress, tokensAddress } from "./scratch";
