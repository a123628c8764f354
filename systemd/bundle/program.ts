/** `npm run program`: writes the program that `npm start` and `redfishd` run to dist/program. */
import { compileProgram } from './compile.ts';

await compileProgram('dist/program');
