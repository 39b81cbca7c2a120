"""Reads everything there is to read of some consultations, and holds each answer against the API's description.

Standard input: {"origin", "token", "known": [{parameter: value}]}. Standard output: a line for each answer, what is not as
described below it, then how many answers there were. Exits with 1 if one was not as described.
"""

import json
import sys

import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup

ASKED = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]


def readable(schema):
    """Each path that can be read, with its operation and the names that its address needs."""
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.method.upper() == "GET":
            yield operation.path, operation, {parameter.name for parameter in operation.path_parameters}


def main():
    told = json.load(sys.stdin)
    schema = schemathesis.openapi.from_url(told["origin"] + "/api/v1/openapi.json")
    checks = [CHECKS.get_one(name) for name in ASKED]
    headers = {"Authorization": "Bearer " + told["token"]}
    answers, wrong = 0, 0
    for path, operation, names in readable(schema):
        for known in told["known"]:
            if not names or names - known.keys():
                continue
            case = operation.Case(path_parameters={name: known[name] for name in names})
            response = case.call(base_url=told["origin"], headers=headers)
            print(response.status_code, path, *(known[name] for name in sorted(names)))
            answers += 1
            try:
                case.validate_response(response, checks=checks, headers=headers)
            except FailureGroup as failures:
                wrong += 1
                print("WRONG:", failures)
    print(answers, "answers")
    sys.exit(1 if wrong else 0)


main()
