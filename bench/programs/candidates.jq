# Candidates only: Lambda sessions by inScopeOf, and keys issued by Lambda. No addresses, no join: this favours jq.
.Records[]
| if .userIdentity.inScopeOf.issuerType? // "" | startswith("AWS::Lambda::")
  then [.userIdentity.accessKeyId, .sourceIPAddress, .eventID] | @tsv
  elif .sourceIPAddress == "lambda.amazonaws.com" and .eventName == "AssumeRole"
  then [.responseElements.credentials.accessKeyId] | @tsv
  else empty end
