import Link from '@cloudscape-design/components/link';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { Lines } from '../../parts/words.tsx';

const SQS = `sources:
  - type: sqs
    name: organisation
    queueUrl: https://sqs.eu-west-1.amazonaws.com/111122223333/straykey
`;

const LISTING = `sources:
  - type: s3
    name: organisation
    url: s3://example-trail/AWSLogs/
    every: 1m
`;

const FOLDER = `sources:
  - type: folder
    name: copies
    path: /var/trail
`;

const POLICY = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::example-trail/AWSLogs/*" },
    { "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": "arn:aws:s3:::example-trail" },
    { "Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
      "Resource": "arn:aws:sqs:eu-west-1:111122223333:straykey" }
  ]
}
`;

/** Three ways to bring CloudTrail here, the quickest first. */
export function ConnectTrail() {
  const [way, setWay] = useState('sqs');
  return (
    <SpaceBetween size="m">
      <SegmentedControl
        label="How records come"
        selectedId={way}
        onChange={({ detail }) => setWay(detail.selectedId)}
        options={[
          { id: 'sqs', text: 'S3 notifications' },
          { id: 's3', text: 'S3 listing' },
          { id: 'folder', text: 'A folder' },
        ]}
      />
      {way === 'sqs' ? <ByNotifications /> : way === 's3' ? <ByListing /> : <ByFolder />}
    </SpaceBetween>
  );
}

function ByNotifications() {
  return (
    <SpaceBetween size="s">
      <ol className="plain">
        <li>
          Have a trail that writes management events to an S3 bucket. An organisation trail covers every account at
          once.
        </li>
        <li>Record S3 data events too: without them, objects read with a stolen credential cannot be seen.</li>
        <li>Make an SNS topic, and let the bucket publish “All object create events” under AWSLogs/ to it.</li>
        <li>
          Make an SQS queue with a dead-letter queue, and subscribe it to the topic. (Bucket straight to queue works as
          well.)
        </li>
        <li>Give Straykey the permissions below, name the queue in straykey.yaml, restart.</li>
      </ol>
      <Lines label="straykey.yaml with a queue" text={SQS} />
      <Lines label="permissions" text={POLICY} />
    </SpaceBetween>
  );
}

function ByListing() {
  return (
    <SpaceBetween size="s">
      <p>For a bucket you cannot put notifications on: Straykey lists it every minute and remembers where it was.</p>
      <Lines label="straykey.yaml with a bucket" text={LISTING} />
    </SpaceBetween>
  );
}

function ByFolder() {
  return (
    <SpaceBetween size="s">
      <p>
        For trying it out, and for trails that another program brings: every CloudTrail file that appears is read.
        History first: <Link href="#/start">straykey scan</Link> reads any amount of it without a server.
      </p>
      <Lines label="straykey.yaml with a folder" text={FOLDER} />
    </SpaceBetween>
  );
}
