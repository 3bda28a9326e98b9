export { noteDestination, publishingDestinations } from './destinations.ts';
export { type Dispatcher, type DispatchPorts, type DispatchWatch, dispatcher, dispatchLimits } from './dispatch.ts';
export { type Outlets, openExports, openOutlets, openSender } from './open.ts';
export { FREQUENCIES, type OutletRule, outletRule, planDeliveries, type Written } from './plan.ts';
export { sampleMessage } from './sample.ts';
export type { S3Export } from './senders/s3.ts';
export { type OutletConfig, type Result, type Sender, type SenderPorts, UnusableOutlet } from './senders/sender.ts';
export { deliveryKey, type Message } from './told.ts';
