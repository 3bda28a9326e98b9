export { addStatement, readStatements, type StatementsRead } from './file.ts';
export { statementFrom } from './from-finding.ts';
export { feedbackOf, type Statement, speaksOf } from './statement.ts';
