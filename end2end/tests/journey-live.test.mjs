// The whole way of a customer and an agent, with WASM.

import { journey } from '../lib/journey.mjs';

journey({ javaScript: true });
