import { goesAsInTheSimulator, QUESTION } from './support/flow-examples.ts';

// The agents of the integration plan, and what is made of their answers.
goesAsInTheSimulator({ name: 'plan/agente-normal' });
goesAsInTheSimulator({ name: 'plan/agente-rag' });
goesAsInTheSimulator({ name: 'plan/encadenamiento' });
goesAsInTheSimulator({ name: 'plan/nodo-entero' });
goesAsInTheSimulator({ name: 'plan/perfil-por-defecto' });
goesAsInTheSimulator({ name: 'plan/perfil-modelo-y-busqueda', message: QUESTION });
