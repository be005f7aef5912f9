import { z } from 'zod';
import { blames, reasons, stateReasons } from '../domain/reason.js';

export const timeField = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC.' });
export const secondsField = z.number().describe('Seconds.');
export const countField = z.int().min(0);
export const ratioField = z.number().min(0).max(1);
export const reasonField = z.enum(reasons).describe('Why.');
export const stateReasonField = z.enum(stateReasons).describe('Why, or why nothing is known.');
export const blameField = z.enum(blames).describe('Who has to act.');
