/**
 * Fields of Straykey's own evidence, below `service.additionalInfo`, in the form of `documented-fields.ts`. GuardDuty knows none of them, so a
 * rule that names one works here only. A test compares the list with the evidence of real findings.
 */
export const EVIDENCE_FIELDS = `
credential: rung proof platform
credential.issuedTo: family arn name accountId region version
credential.rungs: rung calls
place: host basis weak asn organisation registeredCountry
place.addresses: total
place.addresses.listed: address@address calls
delegation: direct identityProof other
confidence: level
confidence.for: name says
confidence.against: name says
statements: says because source wrongIf
calls: alarming silenced failed
calls.byApi: total
calls.byApi.listed: service api calls errors
calls.byRegion: total
calls.byRegion.listed: region calls
calls.byDay: total
calls.byDay.listed: day alarming silenced
keys: total
keys.listed: accessKeyId firstSeen@time lastSeen@time calls
eventIds: total listed
userAgents: total
userAgents.listed: userAgent calls
derived: total
derived.listed: parentKey accessKeyId by actsAs time depth calls
presigned: calls addresses
inside: inVpc
inside.days: total listed
learning: state reasons score evidenceDays required firstEvidence lastEvidence silentSince silencedCalls insideDays
    routed vouchingRoles nearbyPool missing text
learning.scope: kind unit network blocks
learning.parts: name days
`;
