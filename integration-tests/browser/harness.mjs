// A very small test runner: what is run is counted, a failure says why, and nothing stops at the first.

const results = { passed: 0, failed: 0 };

/** Runs one test and returns what it does, or null if it fails; a failure is printed with the first lines of its reason. */
export async function test(name, body) {
    const start = Date.now();
    try {
        const value = await body();
        results.passed += 1;
        console.log(`  ok    ${name} (${Date.now() - start} ms)`);
        return value ?? true;
    } catch (error) {
        results.failed += 1;
        const lines = String(error.stack ?? error).split('\n').slice(0, 25);
        console.log(`  FAIL  ${name}\n        ${lines.join('\n        ')}`);
        return null;
    }
}

/** Throws with `message` unless `condition` holds. */
export function ensure(condition, message) {
    if (!condition) throw new Error(message);
}

/** The line that `./check` reads, and the exit code. */
export function finish() {
    console.log(`${results.passed} passed, ${results.failed} failed`);
    return results.failed === 0 && results.passed > 0 ? 0 : 1;
}
