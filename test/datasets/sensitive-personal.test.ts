import { describe, expect, test } from '@jest/globals';
import { findSensitive, maskSensitive } from '../../lambdas/datasets/check/text/sensitive-text.ts';

const PERSONAL: Record<string, [text: string, shown: string][]> = {
  email: [
    ['anna.k@firm.co.uk', 'a•••@firm.co.uk'],
    ['jürgen@müller.de', 'j•••@müller.de'],
    ['first+tag_1@mail.sub.firm.io', 'f•••@mail.sub.firm.io'],
    ['<o’neil@firm.de>', 'n•••@firm.de'],
    ['mailto:x@firm.museum', 'x•••@firm.museum'],
    ['联系0701488@qq.com。', '0•••@qq.com'],
  ],
  phone: [
    ['+49 30 901820', '+49••••20'],
    ['+4930901820', '••••20'],
    ['+1 (415) 867-5309', '+1••••09'],
    ['(415) 867-5309', '••••09'],
    ['415-867-5309', '••••09'],
    ['+44 7700 900123', '+44••••23'],
    ['0049 30 901820', '••••20'],
    ['tel:+81312345679', '••••79'],
    ['Call me at 020 7946 0958', '••••58'],
    ['Telefon: 0171 2345679', '••••79'],
    ['Appelez le 06 12 34 56 79', '••••79'],
    ['Llámame al 612 345 678', '••••78'],
    ['Mein Handy ist 0151-23456789', '••••89'],
    ['Zadzwoń: 601 234 567', '••••67'],
    ['Мой телефон 8 912 345-67-89', '••••89'],
    ['电话：13812348123', '••••23'],
    ['電話は090-1234-5679です', '••••79'],
  ],
  'card-number': [
    ['4532 0151 1283 0366', '••••66'],
    ['4532015112830366', '••••66'],
    ['5425-2334-3010-9903', '••••03'],
    ['3449 897146 16835', '••••35'],
    ['my card is 4532 0151 1283 0366 12/27 123', '••••66'],
  ],
  iban: [
    ['DE89 3704 0044 0532 0130 00', 'DE••••00'],
    ['GB29NWBK60161331926819', 'GB••••19'],
    ['FR76 3000 6000 0112 3456 7890 189', 'FR••••89'],
    ['NO93 8601 1117 947', 'NO••••47'],
    ['MT84 MALT 0110 0001 2345 MTLC AST0 01S', 'MT••••1S'],
    ['Bitte auf DE89 3704 0044 0532 0130 00 und nicht bar', 'DE••••00'],
  ],
  'national-id': [
    ['536-22-8726', 'US SSN ••••26'],
    ['My social security number is 536228726', 'identity number ••••26'],
    ['AB 12 34 56 C', 'UK national insurance number ••••6C'],
    ['NINO AB123456C', 'identity number ••••6C'],
    ['529.982.247-25', 'Brazilian CPF ••••25'],
    ['CPF 52998224725', 'Brazilian CPF ••••25'],
    ['Steuer-ID: 86095742719', 'German tax id ••••19'],
    ['1 85 05 78 006 084 91', 'French NIR ••••91'],
    ['DNI 54362315K', 'Spanish DNI ••••5K'],
    ['Y5483629Y', 'Spanish NIE ••••9Y'],
    ['RSSMRA85T10A562S', 'Italian codice fiscale ••••2S'],
    ['BSN: 218345677', 'identity number ••••77'],
    ['PESEL 44051401359', 'Polish PESEL ••••59'],
    ['Aadhaar 2341 2341 2346', 'Aadhaar ••••46'],
    ['811228-9874', 'Swedish personnummer ••••74'],
    ['TC kimlik no 10000000146', 'Turkish identity number ••••46'],
    ['HETU 131052-308T', 'Finnish identity code ••••8T'],
    ['756.9217.0769.85', 'Swiss AHV number ••••85'],
    ['11010519491231002X', 'Chinese resident number ••••2X'],
    ['17.653.982-8', 'Chilean RUT ••••28'],
  ],
};

describe.each(Object.entries(PERSONAL))('each usual writing of %s', (kind, cases) => {
  test.each(cases)('%s', (text, shown) => {
    for (const written of [text, `Well: ${text}, thanks.`, `(${text})`, `a\n${text}\nb`]) {
      const found = findSensitive(written);
      expect(found.map((match) => match.kind)).toEqual([kind]);
      expect(found[0]?.code).toBe('possible-personal-data');
      expect(found[0]?.shown).toBe(shown);
    }
  });
});

test('masking says what stood there, and nothing else', () => {
  const text =
    'Anna (anna@firm.de, +49 30 901820) paid DE89 3704 0044 0532 0130 00 with 4532 0151 1283 0366; SSN 536-22-8726.';
  expect(maskSensitive(text, new Set(['possible-personal-data']))).toBe(
    'Anna ([email], [phone]) paid [IBAN] with [card number]; SSN [national id].',
  );
  expect(maskSensitive(text, new Set(['possible-secret']))).toBe(text);
});

describe('what is nobody’s, or no such number, is left alone', () => {
  test.each([
    'Order #0096-1849-4364 has shipped.',
    'nobody@example.com, x@sub.example.org, root@localhost, a@b.test, @handle, a @ b, v1@2',
    'npm i @angular/core@12.0.0 and icon@2x.png, git@github.com:a/b.git, x@w.T, this@Outer.name',
    'your.email@domain.com or user@company.com, noreply@github.com',
    'https://medium.com/@anna and https://anna@host.io/path',
    '(415) 555-0123, +1 202 555 0143, call 415-555-0199',
    '+1 234 567 8900 and 123-456-7890, call 1234567890',
    'toll free: 1-800-273-8255',
    'call 2000000 times, phone 12 34, telephone since 1876-1920, contact since 2014-04-01',
    'The call center took 250.000.000 calls in 2023-2024.',
    '4111 1111 1111 1111, 4242424242424242, 5555 5555 5555 4444, 378282246310005',
    '4532 0151 1283 0367 fails its check digit',
    '1234 4532 0151 1283 0366 5678 is longer; so is 94532015112830366123',
    'order id 4532015112830366, trace_id=4532015112830366, 0.4532015112830366',
    'DE89 3704 0044 0532 0130 01 and XX89 3704 0044 0532 0130 00',
    '111-11-1111, 000-12-3456, 078-05-1120, 123-45-6789, 12345678Z, X1234567L',
    'x = 52998224725 + 1, is_prime(44051401359), id=52998224725',
    '2024-03-15T12:30:45.123Z 20240315-1230 240315-1230 1700000000000 1700000000.123456',
    '192.168.100.200 255.255.255.0 10.0.0.1:8080, 2024.03.15.1234, v1.22.333-4444',
    'ISBN 978-3-16-148410-0, 0-306-40615-2, EAN 4006381333931, doi:10.1000/182',
    '3.141592653589793 2.718281828459045 52.5200066, 13.4049540 -33.8688197',
    '550e8400-e29b-41d4-a716-446655440000 9fceb02d0ae598e95dc970b74767f19372d61af8',
    '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 | 10 20 30 40 50 60 70 80 90 100 110 120 130',
    'arn:aws:iam::111122223333:role/x, 10737418240 bytes, €1.250.000,50, $12,345,678.90',
    'In 2024. 15 people, in 1999 12 more; 1914-1918, 12/27, 7-9 p.m., 90210-1234',
    'Die Firma wurde 1987 gegründet, hat 12.500 Mitarbeiter und 3,4 Mio. € Umsatz.',
    '会社は1998年に設立され、2023年の売上は12345678円でした。',
  ])('%j', (text) => {
    expect(findSensitive(text)).toEqual([]);
  });
});
