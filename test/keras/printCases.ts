/** Prints the cases of the layer table as JSON, for record.py to answer. */
import { LAYER_CASES } from './layers.table';

console.log(JSON.stringify(LAYER_CASES));
