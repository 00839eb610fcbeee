import { expect, test } from 'vitest';
import { cleanPrompt } from './clean-prompt';

// Right-hand sides by diffusers' prompt_clean, without ftfy.
test.each([
  ['a red ball', 'a red ball'],
  ['  two\n\tlines  ', 'two lines'],
  ['&lt;b&gt; &amp; &quot;c&quot; &apos;', '<b> & "c" \''],
  ['&amp;amp;', '&'],
  ['&amp;amp;amp;', '&amp;'],
  ['&#65;&#x42; &#x1F388;', 'AB 🎈'],
  ['salt &amp pepper', 'salt & pepper'],
  ['a&nbsp;b', 'a b'],
  ['&#0;&#xD800;', '\ufffd\ufffd'],
  ['AT&T & co', 'AT&T & co'],
  ['', ''],
])('%j', (text, cleaned) => {
  expect(cleanPrompt(text)).toBe(cleaned);
});
