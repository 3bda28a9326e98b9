export { createLog, type FieldsFirst, fieldsFirst, isLogLevel, type LogOptions } from './create.ts';
export type { Fields, Log, LogLevel } from './port.ts';
