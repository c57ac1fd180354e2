import { goesAsInTheSimulator, QUESTION } from './support/flow-examples.ts';

goesAsInTheSimulator({ name: 'bucles-anidados' });
goesAsInTheSimulator({ name: 'reparto-en-paralelo', message: QUESTION });
goesAsInTheSimulator({ name: 'requisitos-con-documentos', message: QUESTION });
goesAsInTheSimulator({ name: 'varios-agentes', message: QUESTION });
