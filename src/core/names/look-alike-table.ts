// Written by test/core/names/look-alike-table/write-table.ts from python3-confusable-homoglyphs 3.2.0-2 of Debian.

/*! Look-alike letters: derived from Unicode's confusables.txt (UTS #39), reduced and rearranged.
Copyright © 1991-2022 Unicode, Inc. All rights reserved. Distributed under the Terms of Use in
https://www.unicode.org/copyright.html.

Permission is hereby granted, free of charge, to any person obtaining a copy of the Unicode data files and any
associated documentation (the "Data Files") or Unicode software and any associated documentation (the "Software") to
deal in the Data Files or Software without restriction, including without limitation the rights to use, copy, modify,
merge, publish, distribute, and/or sell copies of the Data Files or Software, and to permit persons to whom the Data
Files or Software are furnished to do so, provided that either (a) this copyright and permission notice appear with all
copies of the Data Files or Software, or (b) this copyright and permission notice appear in associated Documentation.

THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF THIRD PARTY RIGHTS.
IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE BE LIABLE FOR ANY CLAIM, OR ANY SPECIAL
INDIRECT OR CONSEQUENTIAL DAMAGES, OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THE DATA FILES OR SOFTWARE.

Except as contained in this notice, the name of a copyright holder shall not be used in advertising or otherwise to
promote the sale, use or other dealings in these Data Files or Software without prior written authorization of the
copyright holder. */

/** For a printable ASCII character, those that look like it. */
export const LOOK_ALIKES: readonly (readonly [likeness: string, characters: string])[] = [
  ["!", "ǃⵑ"],
  ["&", "ꝸ"],
  ["'", "ʻʽʾˈˊˋ˴՚՝ᑊᛌ‵ꞌ"],
  ["(", "❨❲〔﴾"],
  [")", "❩❳〕﴿"],
  ["*", "⁎∗𐌟"],
  ["+", "᛭➕𐊛"],
  [",", "ꓹ"],
  ["-", "˗➖Ⲻ"],
  [".", "ꓸ꘎"],
  ["/", "᜵⁁⁄∕╱⟋⧸Ⳇ〳ノ㇓丿𝈺"],
  ["0", "०০੦૦୦௦౦೦൦๐໐၀〇𑓐𑣠"],
  ["2", "ƧϨᒿꙄꛯꝚ"],
  ["3", "ƷȜЗӠⳌꝪꞫ𑣊𖼻𝈆"],
  ["4", "Ꮞ𑢯"],
  ["5", "Ƽ𑢻"],
  ["6", "бᏮⳒ𑣕"],
  ["7", "𐓒𑣆𝈒"],
  ["8", "Ȣȣ৪੪𐌚"],
  ["9", "৭੧୨൭ⳊꝮ𑢬𑣌𑣖"],
  [":", "ː˸։᛬᠃᠉⁚∶ꓽ꞉"],
  ["<", "˂ᐸᚲ❮𝈶"],
  ["=", "꓿"],
  [">", "˃ᐳ❯𖼿𝈷"],
  ["?", "ɁʔॽᎮꛫ"],
  ["A", "ΑАᎪᗅꓮ𐊠𖽀"],
  ["B", "ΒВᏴᗷꓐꞴ𐊂𐊡𐌁"],
  ["C", "СᏟⲤꓚ𐊢𐌂𐐕𐔜𑣩𑣲🝌"],
  ["D", "Ꭰᗞᗪꓓ"],
  ["E", "ΕЕᎬ⋿ⴹꓰ𐊆𑢦𑢮"],
  ["F", "ϜᖴꓝꞘ𐊇𐊥𐔥𑢢𑣂𝈓"],
  ["G", "ԌᏀᏳꓖ"],
  ["H", "ΗНᎻᕼⲎꓧ𐋏"],
  ["I", "ƖΙІӀⲒ"],
  ["J", "ͿЈᎫᒍꓙꞲ"],
  ["K", "ΚКᏦᛕⲔꓗ𐔘"],
  ["L", "ᏞᒪⳐꓡ𐐛𐔦𑢣𑢲𖼖𝈪"],
  ["M", "ΜϺМᎷᗰᛖⲘꓟ𐊰𐌑"],
  ["N", "ΝⲚꓠ𐔓"],
  ["O", "ΟОՕଠዐⲞⵔꓳ𐊒𐊫𐐄𐓂𐔖𑢵"],
  ["P", "ΡРᏢᑭⲢꓑ𐊕"],
  ["Q", "ⵕ"],
  ["R", "ƦᎡᏒᖇꓣ𐒴𖼵𝈖"],
  ["S", "ЅՏᏕᏚꓢ𐊖𐐠𖼺"],
  ["T", "ΤТᎢ⊤⟙Ⲧꓔ𐊗𐊱𐌕𑢼𖼊🝨"],
  ["U", "Սሀᑌ∪⋃ꓴ𐓎𑢸𖽂"],
  ["V", "ѴᏙᐯⴸꓦꛟ𐔝𑢠𖼈𝈍"],
  ["W", "ԜᎳᏔꓪ𑣦𑣯"],
  ["X", "ΧХ᙭ᚷ╳ⲬⵝꓫꞳ𐊐𐊴𐌗𐌢𐔧𑣬"],
  ["Y", "ΥУҮᎩᎽⲨꓬ𐊲𑢤𖽃"],
  ["Z", "ΖᏃꓜ𐋵𑢩𑣥"],
  ["\\", "∖⟍⧵⧹㇔丶𝈏𝈻"],
  ["^", "˄ˆ"],
  ["a", "ɑαа⍺"],
  ["b", "ƄЬᏏᑲᖯ"],
  ["c", "сᴄⲥꮯ𐐽"],
  ["d", "ԁᏧᑯꓒ"],
  ["e", "еҽ℮ꬲ"],
  ["f", "քẝꞙꬵ"],
  ["g", "ƍɡցᶃ"],
  ["h", "һհᏂ"],
  ["i", "ıɩɪιіӏᎥ⍳ꙇꭵ𑣃"],
  ["j", "ϳј"],
  ["l", "ǀᛁⵏꓲ𐊊𐌉𐌠𖼨"],
  ["n", "ոռ"],
  ["o", "οσоօഠဝჿᴏᴑⲟꬽ𐐬𐓪𑣈𑣗"],
  ["p", "ρр⍴ⲣ"],
  ["q", "ԛգզ"],
  ["r", "гᴦⲅꭇꭈꮁ"],
  ["s", "ƽѕꜱꮪ𐑈𑣁"],
  ["u", "ʋυսᴜꞟꭎꭒ𐓶𑣘"],
  ["v", "νѵᴠ∨⋁ꮩ𑜆𑣀"],
  ["w", "ɯѡԝաᴡꮃ𑜊𑜎𑜏"],
  ["x", "×хᕁᕽ᙮⤫⤬⨯"],
  ["y", "ɣʏγуүყᶌỿꭚ𑣜"],
  ["z", "ᴢꮓ𑣄"],
  ["{", "❴𝄔"],
  ["|", "∣⏽"],
  ["}", "❵"],
  ["~", "⁓∼"],
];
