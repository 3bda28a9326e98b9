// The best formulation found for DuckDB: only the needed members declared as STRUCT columns, one pass over the files into
// a small table of candidates, then the join. `duckdb.ts FOLDER PREFIXES THREADS`
// DuckDB is not in the lockfile; the bench installs it into bench/build.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { answerLine, outsideTest, PRESIGNED_VERBS } from './question.ts';

/** As much of @duckdb/node-api as is used here. */
interface Duck {
  readonly DuckDBInstance: {
    create(path: string, options: Record<string, string>): Promise<{ connect(): Promise<Connection> }>;
  };
}
interface Connection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRowObjects(): Record<string, string>[] }>;
}

const RECORD = `STRUCT(
  eventID VARCHAR, eventTime VARCHAR, eventSource VARCHAR, eventName VARCHAR, sourceIPAddress VARCHAR,
  userIdentity STRUCT("type" VARCHAR, accessKeyId VARCHAR, sessionContext STRUCT(sessionIssuer STRUCT(arn VARCHAR)),
                      inScopeOf STRUCT(issuerType VARCHAR)),
  responseElements STRUCT(credentials STRUCT(accessKeyId VARCHAR)),
  additionalEventData STRUCT(AuthenticationMethod VARCHAR))[]`;

const [folder, prefixes, threads] = process.argv.slice(2) as [string, string, string];
const require = createRequire(new URL('../build/package.json', import.meta.url));
const { DuckDBInstance } = (await import(pathToFileURL(require.resolve('@duckdb/node-api')).href)) as Duck;
const database = await (await DuckDBInstance.create(':memory:', { threads })).connect();

await database.run(`
  CREATE TEMP TABLE candidates AS
  SELECT r.eventID AS eventID, r.eventTime AS eventTime, r.eventName AS eventName, r.sourceIPAddress AS address,
         r.userIdentity.accessKeyId AS accessKeyId, r.userIdentity.sessionContext.sessionIssuer.arn AS roleArn,
         starts_with(coalesce(r.userIdentity.inScopeOf.issuerType, ''), 'AWS::Lambda::') AS scoped,
         CASE WHEN r.sourceIPAddress = 'lambda.amazonaws.com' THEN r.responseElements.credentials.accessKeyId END AS issued
  FROM (
    SELECT unnest(Records) AS r
    FROM read_json('${folder}/**/*.json.gz', columns = {Records: '${RECORD}'}, format = 'unstructured',
                   maximum_object_size = 134217728)
  )
  WHERE (r.sourceIPAddress = 'lambda.amazonaws.com' AND r.eventName = 'AssumeRole')
     OR (r.userIdentity."type" = 'AssumedRole'
         AND (contains(r.sourceIPAddress, ':') OR (r.sourceIPAddress[1] BETWEEN '0' AND '9' AND NOT starts_with(r.sourceIPAddress, '10.')))
         AND NOT (coalesce(r.additionalEventData.AuthenticationMethod, 'AuthHeader') <> 'AuthHeader'
                  AND r.eventSource = 's3.amazonaws.com'
                  AND r.eventName IN (${PRESIGNED_VERBS.map((verb) => `'${verb}'`).join(', ')})))`);

// Only addresses of function sessions are left to place: some thousands, quicker here than as a range join.
const FUNCTION_USE = '(scoped OR accessKeyId IN (SELECT issued FROM candidates WHERE issued IS NOT NULL))';
const isOutside = outsideTest(prefixes);
const seen = await database.runAndReadAll(`SELECT DISTINCT address FROM candidates WHERE ${FUNCTION_USE}`);
const outside = seen
  .getRowObjects()
  .map((row) => row.address!)
  .filter(isOutside);
if (outside.length > 0) {
  const list = outside.map((address) => `'${address}'`).join(', ');
  const answer = await database.runAndReadAll(`
    SELECT DISTINCT accessKeyId, address, eventID, coalesce(roleArn, '') AS roleArn, eventTime, eventName
    FROM candidates WHERE ${FUNCTION_USE} AND address IN (${list})`);
  for (const row of answer.getRowObjects()) console.log(answerLine(row as unknown as Parameters<typeof answerLine>[0]));
}
