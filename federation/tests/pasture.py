"""Prints every input of `fediverse-pasture-inputs` and `funfedi_parsing_test_cases`, one line of JSON each.

Arguments: the id of the actor that sends them, and the address that they are for.
"""

import json
import sys
import types

# What runs the inputs against whole servers is not needed, and would bring a web framework.
WITHOUT = ("fediverse_pasture", "fediverse_pasture.runner", "fediverse_pasture.runner.entry", "bovine", "bovine.utils")
for name in WITHOUT:
    sys.modules[name] = types.ModuleType(name)
sys.modules["fediverse_pasture.runner.entry"].Entry = object
sys.modules["bovine.utils"].now_isoformat = lambda: "2026-03-02T08:00:00Z"

import fediverse_pasture_inputs  # noqa: E402
import funfedi_parsing_test_cases as cases  # noqa: E402

sender, receiver = sys.argv[1:3]


def say(name, what, value):
    print(json.dumps({"name": name, "what": what, "value": value}))


for name, data in sorted(fediverse_pasture_inputs.available.items()):
    for at, example in enumerate(data.examples):
        say(f"{name} {at}", "object", example)

environment = cases.Environment(
    {"id": sender, "type": "Person", "followers": f"{sender}/followers", "inbox": f"{sender}/inbox"}, receiver
)
for suite in (cases.activity_suite, cases.event_suite, cases.notes_suite, cases.poll_suite):
    for group, name in suite.names:
        activity, _ = suite.retrieve(group, name).maker.activity_and_object(environment)
        say(f"{suite.name} {group} {name}", "activity", activity)
