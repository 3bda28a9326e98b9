import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, useEffect } from 'react';

/** A page: its name, one sentence on what it is for, what can be done, and the rest below each other. */
export function Page(props: {
  readonly title: string;
  readonly says?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · Straykey`;
  }, [props.title]);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={props.says} actions={props.actions}>
          {props.title}
        </Header>
      }
    >
      <SpaceBetween size="l">{props.children}</SpaceBetween>
    </ContentLayout>
  );
}
