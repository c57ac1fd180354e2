import { goesAsInTheSimulator, QUESTION } from './support/flow-examples.ts';

// The agents of the integration plan that say all there is to say.
goesAsInTheSimulator({ name: 'plan/nodo-entero' });
goesAsInTheSimulator({ name: 'plan/perfil-modelo-y-busqueda', message: QUESTION });
