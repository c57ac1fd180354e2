import { goesAsInTheSimulator, QUESTION } from './support/flow-examples.ts';

// The profiles, keys and secure values of the integration plan.
goesAsInTheSimulator({ name: 'plan/antes-de-exportar', message: QUESTION });
goesAsInTheSimulator({ name: 'plan/claves-de-prueba' });
goesAsInTheSimulator({ name: 'plan/perfiles-por-tramos', message: QUESTION });
goesAsInTheSimulator({ name: 'plan/valor-seguro', message: QUESTION, madeUp: ['paso_1'] });
goesAsInTheSimulator({ name: 'plan/valor-seguro-simulado', message: QUESTION, madeUp: ['paso_1'] });
