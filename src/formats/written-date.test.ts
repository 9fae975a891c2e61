import { expect, it } from 'vitest';
import { calendarDay, invariantMoment, localDay } from './written-date.ts';

it.each([
  ['29.08.2018', '2018-08-29'],
  ['03.04.2018', '2018-04-03'],
  ['2026/06/02', '2026-06-02'],
  ['06/22/2018', '2018-06-22'],
  ['22-06-2018', '2018-06-22'],
  ['05/05/2018', '2018-05-05'],
  ['03/04/2018', undefined],
  ['06-08-2021', undefined],
  ['31.02.2018', undefined],
  ['31.31.2018', undefined],
  ['29/08.2018', undefined],
  ['yesterday', undefined],
])('the day %s is %s', (text, day) => {
  expect(localDay(text)).toBe(day);
});

it('a day that is in no calendar is none', () => {
  expect(calendarDay('2024', '02', '29')).toBe('2024-02-29');
  expect(calendarDay('2023', '02', '29')).toBeUndefined();
});

it.each([
  ['05/12/2025 12:33:37', { date: '2025-05-12', time: '12:33:37' }],
  ['05/12/2025 12:33:37.4451234', { date: '2025-05-12', time: '12:33:37' }],
  ['13/12/2025 12:33:37', {}],
  ['05/12/2025 24:33:37', {}],
  ['05/12/2025', {}],
])('the moment %s is %j', (text, moment) => {
  expect(invariantMoment(text)).toEqual(moment);
});
