// SPDX-License-Identifier: Apache-2.0
// What is seen is printed, and compared with what was seen when the finding was written.
const changed = []
exports.expect = (what, seen, wanted) => {
  console.log(`  ${what}: ${seen}`)
  if (seen !== wanted) {
    changed.push(what)
    console.log(`    CHANGED, it was: ${wanted}`)
  }
}
exports.done = () => {
  console.log(changed.length ? `the behaviour has changed: ${changed.join(', ')}` : 'as described')
  process.exitCode = changed.length ? 1 : 0
}
