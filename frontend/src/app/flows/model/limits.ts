/** The language's: nodes of a flow, those in blocks too, and blocks within blocks. */
export const MOST_NODES = 500;
export const DEEPEST_BLOCK = 8;

/** The API's, less what is around a flow that is sent: objects and lists inside one another, … */
export const DEEPEST_VALUE = 31;
/** … members and items, all together, … */
export const MOST_VALUES = 9_990;
/** … and the text. */
export const MOST_BYTES = 250_000;
