import { CreateConnectionMarkers, IsConnectionWorkerEnabled } from '@foblex/flow';

/**
 * Has the canvas do without what the page's policy forbids: markers, which it writes as HTML, and a
 * worker made of a text.
 */
export function keepToPolicy(): void {
  CreateConnectionMarkers.prototype.handle = (): boolean => false;
  IsConnectionWorkerEnabled.prototype.handle = (): boolean => false;
}
