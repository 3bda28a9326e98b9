import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type FormEvent, useEffect, useState } from 'react';
import { ApiError, advice } from '../api/client.ts';
import type { OwnApi } from '../api/own.ts';
import type { Session } from '../api/types.ts';
import { sentence } from '../kit/use-act.ts';

/** By the console's token, or by an access key of Straykey's. */
export function SignIn({ own, onSignedIn }: { readonly own: OwnApi; readonly onSignedIn: (session: Session) => void }) {
  const [way, setWay] = useState<'token' | 'key'>('token');
  const [id, setId] = useState('');
  const [secret, setSecret] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    document.title = 'Sign in · Straykey';
  }, []);

  async function signIn(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      // A session's answer may lack what only GET tells; asking again costs one request.
      await own.signIn(way === 'token' ? { token: secret } : { accessKeyId: id.trim(), secretAccessKey: secret });
      onSignedIn(await own.session());
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  }

  return (
    <main className="sign-in">
      <form onSubmit={(event) => void signIn(event)}>
        <Container
          header={
            <Header variant="h1" description="Credentials of your functions, used where they should not be.">
              Straykey
            </Header>
          }
        >
          <SpaceBetween size="m">
            <SegmentedControl
              label="How to sign in"
              selectedId={way}
              onChange={({ detail }) => setWay(detail.selectedId === 'key' ? 'key' : 'token')}
              options={[
                { id: 'token', text: 'Console token' },
                { id: 'key', text: 'Access key' },
              ]}
            />
            {way === 'key' ? (
              <FormField label="Access key ID">
                <Input
                  value={id}
                  onChange={({ detail }) => setId(detail.value)}
                  autoComplete="username"
                  spellcheck={false}
                />
              </FormField>
            ) : null}
            <FormField label={way === 'token' ? 'Token' : 'Secret access key'}>
              <Input
                type="password"
                value={secret}
                onChange={({ detail }) => setSecret(detail.value)}
                autoComplete="current-password"
              />
            </FormField>
            {error === undefined ? null : <SignInProblem error={error} />}
            <Button variant="primary" formAction="submit" loading={busy} disabled={secret === ''} fullWidth>
              Sign in
            </Button>
            <Box color="text-body-secondary" fontSize="body-s">
              {way === 'token'
                ? 'The token is what serve.consoleToken in straykey.yaml refers to.'
                : 'Make one with: straykey keys create --role admin'}
            </Box>
          </SpaceBetween>
        </Container>
      </form>
    </main>
  );
}

function SignInProblem({ error }: { readonly error: unknown }) {
  const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);
  return (
    <Alert type="error" header={refused ? 'Not accepted' : 'Sign-in failed'}>
      {sentence(error)} {refused ? 'Check what you typed; keys can be revoked.' : advice(error)}
    </Alert>
  );
}
