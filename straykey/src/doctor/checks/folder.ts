import { accessSync, constants, readdirSync } from 'node:fs';
import { fail, type Line, ok } from '../line.ts';

export function checkFolder(path: string, name: string): Line[] {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return [ok('source', name, `${path} can be read: ${readdirSync(path).length} entries`)];
  } catch (error) {
    const found = `${path} cannot be read: ${(error as Error).message}`;
    return [fail('source', name, found, 'Make the folder, or make it readable for the user that runs Straykey.')];
  }
}
