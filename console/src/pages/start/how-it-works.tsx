import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';

export function HowItWorks() {
  return (
    <Container header={<Header variant="h2">What Straykey watches for</Header>}>
      <ColumnLayout columns={3} minColumnWidth={220}>
        <div>
          <h3 className="small-heading">1. Whose credential</h3>
          AWS makes every Lambda function a short-lived key. CloudTrail says which key was made for which function: that
          is proof, not a guess by names.
        </div>
        <div>
          <h3 className="small-heading">2. Used from where</h3>
          The function runs in AWS, so its key should be used from there. A call from an address that is not AWS's, and
          not yours, means somebody else holds the key.
        </div>
        <div>
          <h3 className="small-heading">3. Is it expected</h3>
          Gateways and offices have addresses too. What keeps working honestly for weeks is learned as expected; what is
          new alarms, with its evidence.
        </div>
      </ColumnLayout>
    </Container>
  );
}
