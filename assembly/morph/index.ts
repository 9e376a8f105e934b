/** Border of the module: numbers only. */

export { setDictionary } from "./dictionary";
export { analyze } from "./lattice";
export { plan, textAddress, tokensAddress } from "./scratch";
