/**
 * Must be imported before any schema: zod compiles parsers with `new Function`, which the page's content security
 * policy refuses (and would report on every start).
 */
import { z } from 'zod';

z.config({ jitless: true });
