/** Border of the module: numbers only. */

export { boundColumns, placeBitmaps, placeRow, placeTrie, placeWords, planBitmaps } from "./build";
export { setDictionary } from "./dictionary";
export { analyze } from "./lattice";
export { plan, textAddress, tokensAddress } from "./scratch";
