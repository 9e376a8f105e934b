/** Border of the module: numbers only. */

export { allBelow, boundColumns, placeBitmaps, placeRows, placeTrie, placeWords, planBitmaps } from "./build";
export { setDictionary } from "./dictionary";
export { analyze } from "./lattice";
export { plan, textAddress, tokensAddress } from "./scratch";
