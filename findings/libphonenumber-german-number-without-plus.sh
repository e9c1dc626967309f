#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A German mobile number in full, but without its plus, is read as the valid number of a landline in Leer.
#
# Seen with google-libphonenumber 3.2.47 and libphonenumber-js 1.13.16 (npm), default region DE.
#
# Lists often have numbers as 4915112345678: country code and number, no plus. With the number's own country as the default
# region, libphonenumber notices the country code; so it does for 483 of the 489 mobiles and landlines that it has as examples.
# A German mobile becomes +494915112345678, "valid", FIXED_LINE: 0491 is Leer's area code. So no check tells, and a dialer
# calls that. All German mobile prefixes that were tried, 0151 to 0179, do so. Other German numbers are read rightly
# (4930123456, Berlin) or not (49228123456, Bonn). Of the examples of other countries it happens to Indonesia's, Kosovo's and
# a Swedish landline. Both libraries agree.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/temp.sh"
npm install --prefix "$work" --cache "$work/npm" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error \
    google-libphonenumber@3.2.47 libphonenumber-js@1.13.16
export NODE_PATH=$work/node_modules:$lib

timeout 60 node - <<'END'
const { expect, done } = require('expect.js')
const google = require('google-libphonenumber')
const small = require('libphonenumber-js/max')
const util = google.PhoneNumberUtil.getInstance()
const e164 = (number) => util.format(number, google.PhoneNumberFormat.E164)
const typeName = (type) => Object.keys(google.PhoneNumberType).find((name) => google.PhoneNumberType[name] === type)

const byGoogle = (text) => {
  const number = util.parse(text, 'DE')
  return `${e164(number)} ${util.isValidNumber(number) ? 'valid' : 'invalid'} ${typeName(util.getNumberType(number))}`
}
const bySmall = (text) => {
  const number = small.parsePhoneNumber(text, 'DE')
  return `${number.number} ${number.isValid() ? 'valid' : 'invalid'} ${number.getType()}`
}
const version = (name) => `${name} ${require(`${name}/package.json`).version}`
console.log(`${version('google-libphonenumber')}, ${version('libphonenumber-js')}`)
for (const [name, read] of [['google-libphonenumber', byGoogle], ['libphonenumber-js', bySmall]]) {
  expect(`${name}, +4915112345678`, read('+4915112345678'), '+4915112345678 valid MOBILE')
  expect(`${name}, 4915112345678`, read('4915112345678'), '+494915112345678 valid FIXED_LINE')
  expect(`${name}, 4930123456`, read('4930123456'), '+4930123456 valid FIXED_LINE')
  expect(`${name}, 49228123456`, read('49228123456'), '+4949228123456 valid FIXED_LINE')
}

const prefixes = [151, 152, 155, 157, 159, 160, 162, 163, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179]
const wrong = prefixes.filter((prefix) => byGoogle(`49${prefix}12345678`) === `+4949${prefix}12345678 valid FIXED_LINE`)
expect(`mobile prefixes read as a landline, of ${prefixes.length}`, wrong.length, prefixes.length)

let examples = 0
const others = []
for (const region of util.getSupportedRegions()) {
  for (const type of ['MOBILE', 'FIXED_LINE']) {
    const example = util.getExampleNumberForType(region, google.PhoneNumberType[type])
    if (!example) continue
    examples += 1
    const read = util.parse(e164(example).slice(1), region)
    if (e164(read) !== e164(example) && util.isValidNumber(read)) others.push(`${region} ${type}`)
  }
}
expect('examples', examples, 489)
expect('read as another valid number', others.sort().join(', '),
  'DE MOBILE, ID FIXED_LINE, ID MOBILE, SE FIXED_LINE, XK FIXED_LINE, XK MOBILE')
done()
END
