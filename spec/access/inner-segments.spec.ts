import { describe, expect, it } from '@jest/globals';
import { InnerSegments } from '../../lib/access/inner-segments.js';
import { PathPattern } from '../../lib/access/path-pattern.js';
import { partsOf } from '../../lib/access/pattern-parts.js';

function add(sought: InnerSegments, pattern: string): number {
  const { start, inner } = partsOf(new PathPattern(pattern).segments);
  return sought.add(start, inner);
}

describe('What stands between two gaps', () => {
  it.each([
    ['/**/a/**', '/x/a/a', 2],
    ['/**/a/**', '/x/b', 0],
    ['/*/a/**', '/a/b/a', 3],
    ['/**/a/b/**', '/a/a/b/b', 3],
    ['/**/a/**/a/**', '/a/x/a/a', 3],
    ['/**/a/*/a/**', '/a/a/a', 3],
    ['/**/a/*/a/**', '/a/a', 0],
    ['/**/{a,b*}/**', '//x//bx//a', 2],
    ['/**/[ab]?/**', '/a/ax', 2],
  ])('of %s first ends in %s behind segment %i', (pattern, path, end) => {
    const sought = new InnerSegments();
    const program = add(sought, pattern);
    expect(sought.endsIn(path).ends[program]).toBe(end);
  });

  it('is sought beyond the first word of bits', () => {
    const sought = new InnerSegments();
    const programs = Array.from({ length: 12 }, (_, at) => add(sought, `/**/${`x${at}/`.repeat(5)}**`));
    const path = `/${'x7/'.repeat(5)}${'x6/'.repeat(5)}${'x11/'.repeat(5)}x10/x10`;
    const { ends, count } = sought.endsIn(path);
    expect(sought.size).toBe(60);
    expect(count).toBe(17);
    expect(programs.map((program) => ends[program])).toEqual([0, 0, 0, 0, 0, 0, 10, 5, 0, 0, 0, 15]);
  });

  it('is sought once for patterns that share it', () => {
    const sought = new InnerSegments();
    expect(add(sought, '/**/a/**/x')).toBe(add(sought, '/**/a/**/y'));
    expect(sought.size).toBe(1);
  });
});
