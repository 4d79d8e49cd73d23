// The whole way of a customer and an agent, without JavaScript.

import { journey } from '../lib/journey.mjs';

journey({ javaScript: false });
