import { z } from 'zod';
import { blames, reasons, stateReasons } from '../domain/reason.js';

export const timeField = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC.' });
export const secondsField = z.number().describe('Seconds.');
export const countField = z.int().min(0);
export const ratioField = z.number().min(0).max(1);
export const reasonField = z.enum(reasons).describe('Reason of the outcome.');
export const stateReasonField = z.enum(stateReasons).describe('Reason of the state, or why it is unknown.');
export const blameField = z.enum(blames).describe('Who has to act.');
