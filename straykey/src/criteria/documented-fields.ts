/**
 * Every field that GuardDuty's CreateFilter documents, as `parent: leaf leaf`; the parent of the first line is the finding itself. Marks say
 * how values compare: `@time` in epoch milliseconds, `@severity` by integer part, `@ipv4`, `@ipv6` and `@address` as addresses.
 * Source: the documentation of CreateFilter in the service model 2017-11-28, autumn 2026 (622 fields).
 */
export const DOCUMENTED_FIELDS = `
.: accountId arn associatedAttackSequenceArn confidence createdAt@time id partition region schemaVersion
    severity@severity type updatedAt@time
resource.accessKeyDetails: accessKeyId principalId userName userType
resource.accessKeyDetails.userIdentity: accessKeyId accountId arn principalId type userName
resource.accessKeyDetails.userIdentity.sessionContext.attributes: mfaAuthenticated
resource.accessKeyDetails.userIdentity.sessionContext: ec2RoleDelivery invokedBy sourceIdentity
resource.accessKeyDetails.userIdentity.sessionContext.sessionIssuer: accountId arn principalId type userName
resource.accessKeyDetails.userIdentity.sessionContext.webIdFederationData: attributes federatedProvider
resource.bedrockGuardrailDetails: guardrailArn guardrailVersion
resource.containerDetails: containerRuntime id image imagePrefix name
resource.containerDetails.securityContext: allowPrivilegeEscalation privileged
resource.containerDetails.volumeMounts: mountPath name
resource.ebsSnapshotDetails: snapshotArn
resource.ebsVolumeDetails.scannedVolumeDetails: deviceName encryptionType kmsKeyArn snapshotArn volumeArn
    volumeSizeInGB volumeType
resource.ebsVolumeDetails.skippedVolumeDetails: deviceName encryptionType kmsKeyArn snapshotArn volumeArn
    volumeSizeInGB volumeType
resource.ec2ImageDetails: imageArn
resource.ecsClusterDetails: activeServicesCount arn name registeredContainerInstancesCount runningTasksCount status
resource.ecsClusterDetails.tags: key value
resource.ecsClusterDetails.taskDetails: arn createdAt@time definitionArn group launchType startedAt@time startedBy
    version
resource.ecsClusterDetails.taskDetails.containers: containerRuntime id image imagePrefix name
resource.ecsClusterDetails.taskDetails.containers.securityContext: allowPrivilegeEscalation privileged
resource.ecsClusterDetails.taskDetails.containers.volumeMounts: mountPath name
resource.ecsClusterDetails.taskDetails.tags: key value
resource.ecsClusterDetails.taskDetails.volumes.hostPath: path
resource.ecsClusterDetails.taskDetails.volumes: name
resource.eksClusterDetails: arn createdAt@time name status vpcId
resource.eksClusterDetails.tags: key value
resource.instanceDetails: availabilityZone imageDescription imageId instanceId instanceState instanceType
    launchTime@time outpostArn platform
resource.instanceDetails.iamInstanceProfile: arn id
resource.instanceDetails.networkInterfaces: ipv6Addresses@ipv6 networkInterfaceId privateDnsName
    privateIpAddress@address publicDnsName publicIp@address subnetId vpcId
resource.instanceDetails.networkInterfaces.privateIpAddresses: privateDnsName privateIpAddress@address
resource.instanceDetails.networkInterfaces.securityGroups: groupId groupName
resource.instanceDetails.productCodes: productCodeId productCodeType
resource.instanceDetails.tags: key value
resource.kubernetesDetails.kubernetesUserDetails: groups sessionName uid username
resource.kubernetesDetails.kubernetesUserDetails.impersonatedUser: groups username
resource.kubernetesDetails.kubernetesWorkloadDetails.containers: containerRuntime id image imagePrefix name
resource.kubernetesDetails.kubernetesWorkloadDetails.containers.securityContext: allowPrivilegeEscalation privileged
resource.kubernetesDetails.kubernetesWorkloadDetails.containers.volumeMounts: mountPath name
resource.kubernetesDetails.kubernetesWorkloadDetails: hostIpc hostNetwork hostPid name namespace serviceAccountName
    type uid
resource.kubernetesDetails.kubernetesWorkloadDetails.volumes.hostPath: path
resource.kubernetesDetails.kubernetesWorkloadDetails.volumes: name
resource.lambdaDetails: description functionArn functionName functionVersion lastModifiedAt@time revisionId role
resource.lambdaDetails.tags: key value
resource.lambdaDetails.vpcConfig.securityGroups: groupId groupName
resource.lambdaDetails.vpcConfig: subnetIds vpcId
resource.rdsDbInstanceDetails: dbClusterIdentifier dbInstanceArn dbInstanceIdentifier dbiResourceId engine
    engineVersion iamDatabaseAuthenticationEnabled publiclyAccessible vpcId
resource.rdsDbInstanceDetails.dbSecurityGroups: name status
resource.rdsDbInstanceDetails.vpcSecurityGroups: status vpcSecurityGroupId
resource.rdsDbUserDetails: application authMethod database ssl user
resource.rdsLimitlessDbDetails: dbClusterIdentifier dbShardGroupArn dbShardGroupIdentifier dbShardGroupResourceId
    engine engineVersion
resource.rdsLimitlessDbDetails.tags: key value
resource.recoveryPointDetails: backupVaultName recoveryPointArn
resource: resourceType
resource.s3BucketDetails: arn createdAt@time name type
resource.s3BucketDetails.defaultServerSideEncryption: encryptionType kmsMasterKeyArn
resource.s3BucketDetails.owner: id
resource.s3BucketDetails.publicAccess: effectivePermission
resource.s3BucketDetails.publicAccess.permissionConfiguration.accountLevelPermissions.blockPublicAccess:
    blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets
resource.s3BucketDetails.publicAccess.permissionConfiguration.bucketLevelPermissions.accessControlList:
    allowsPublicReadAccess allowsPublicWriteAccess
resource.s3BucketDetails.publicAccess.permissionConfiguration.bucketLevelPermissions.blockPublicAccess:
    blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets
resource.s3BucketDetails.publicAccess.permissionConfiguration.bucketLevelPermissions.bucketPolicy:
    allowsPublicReadAccess allowsPublicWriteAccess
resource.s3BucketDetails.s3ObjectDetails: eTag hash key objectArn versionId
resource.s3BucketDetails.tags: key value
service.action: actionType
service.action.awsApiCallAction: api callerType errorCode serviceName userAgent
service.action.awsApiCallAction.domainDetails: domain
service.action.awsApiCallAction.remoteAccountDetails: accountId affiliated awsServiceName
service.action.awsApiCallAction.remoteIpDetails.city: cityName
service.action.awsApiCallAction.remoteIpDetails.country: countryCode countryName
service.action.awsApiCallAction.remoteIpDetails.geoLocation: lat lon
service.action.awsApiCallAction.remoteIpDetails: ipAddressV4@ipv4 ipAddressV6@ipv6
service.action.awsApiCallAction.remoteIpDetails.organization: asn asnOrg isp org
service.action.dnsRequestAction: blocked domain domainWithSuffix protocol vpcOwnerAccountId
service.action.kubernetesApiCallAction: namespace parameters requestUri resource resourceName sourceIPs statusCode
    subresource userAgent verb
service.action.kubernetesApiCallAction.remoteIpDetails.city: cityName
service.action.kubernetesApiCallAction.remoteIpDetails.country: countryCode countryName
service.action.kubernetesApiCallAction.remoteIpDetails.geoLocation: lat lon
service.action.kubernetesApiCallAction.remoteIpDetails: ipAddressV4@ipv4 ipAddressV6@ipv6
service.action.kubernetesApiCallAction.remoteIpDetails.organization: asn asnOrg isp org
service.action.kubernetesPermissionCheckedDetails: allowed namespace resource verb
service.action.kubernetesRoleBindingDetails: kind name roleRefKind roleRefName uid
service.action.kubernetesRoleDetails: kind name uid
service.action.networkConnectionAction: blocked connectionDirection localNetworkInterface protocol
service.action.networkConnectionAction.localIpDetails: ipAddressV4@ipv4 ipAddressV6@ipv6
service.action.networkConnectionAction.localPortDetails: port portName
service.action.networkConnectionAction.remoteIpDetails.city: cityName
service.action.networkConnectionAction.remoteIpDetails.country: countryCode countryName
service.action.networkConnectionAction.remoteIpDetails.geoLocation: lat lon
service.action.networkConnectionAction.remoteIpDetails: ipAddressV4@ipv4 ipAddressV6@ipv6
service.action.networkConnectionAction.remoteIpDetails.organization: asn asnOrg isp org
service.action.networkConnectionAction.remotePortDetails: port portName
service.action.portProbeAction: blocked
service.action.portProbeAction.portProbeDetails.localIpDetails: ipAddressV4@ipv4 ipAddressV6@ipv6
service.action.portProbeAction.portProbeDetails.localPortDetails: port portName
service.action.portProbeAction.portProbeDetails.remoteIpDetails.city: cityName
service.action.portProbeAction.portProbeDetails.remoteIpDetails.country: countryCode countryName
service.action.portProbeAction.portProbeDetails.remoteIpDetails.geoLocation: lat lon
service.action.portProbeAction.portProbeDetails.remoteIpDetails: ipAddressV4@ipv4 ipAddressV6@ipv6
service.action.portProbeAction.portProbeDetails.remoteIpDetails.organization: asn asnOrg isp org
service.action.rdsLoginAttemptAction.loginAttributes: application failedLoginAttempts successfulLoginAttempts user
service.action.rdsLoginAttemptAction.remoteIpDetails.city: cityName
service.action.rdsLoginAttemptAction.remoteIpDetails.country: countryCode countryName
service.action.rdsLoginAttemptAction.remoteIpDetails.geoLocation: lat lon
service.action.rdsLoginAttemptAction.remoteIpDetails: ipAddressV4@ipv4 ipAddressV6@ipv6
service.action.rdsLoginAttemptAction.remoteIpDetails.organization: asn asnOrg isp org
service.additionalInfo.agentDetails: agentId agentVersion
service.additionalInfo.anomalies: anomalousAPIs
service.additionalInfo: authenticationMethod averagePacketSizeIn averagePacketSizeOut context domain inBytes
    localNetworkInterfaceOwner localPort outBytes packetsIn packetsOut policyArn policyName remotePort sample
    scannedPort threatFileSha256 threatListName threatName totalBytesIn totalBytesOut type unusualProtocol value
    vpcOwnerAccountId
service.additionalInfo.unusual: asnOrg port
service.additionalInfo.userAgent: fullUserAgent userAgentCategory
service: archived count detectorId eventFirstSeen@time eventLastSeen@time featureName resourceRole serviceName
    userFeedback
service.detection.sequence.actors: id
service.detection.sequence.actors.process: name path sha256
service.detection.sequence.actors.session: createdTime@time issuer mfaStatus uid
service.detection.sequence.actors.user.account: account uid
service.detection.sequence.actors.user: credentialUid name type uid
service.detection.sequence: additionalSequenceTypes description uid
service.detection.sequence.endpoints.autonomousSystem: name number
service.detection.sequence.endpoints.connection: direction
service.detection.sequence.endpoints: domain id ip@address port
service.detection.sequence.endpoints.location: city country lat lon
service.detection.sequence.resources: accountId cloudPartition name region resourceType service uid
service.detection.sequence.resources.data.accessKey: principalId userName userType
service.detection.sequence.resources.data.autoscalingAutoScalingGroup: ec2InstanceUids
service.detection.sequence.resources.data.cloudformationStack: ec2InstanceUids
service.detection.sequence.resources.data.container: image imageUid
service.detection.sequence.resources.data.ec2Image: ec2InstanceUids
service.detection.sequence.resources.data.ec2Instance: availabilityZone ec2NetworkInterfaceUids imageDescription
    instanceState instanceType outpostArn platform
service.detection.sequence.resources.data.ec2Instance.iamInstanceProfile: arn id
service.detection.sequence.resources.data.ec2Instance.productCodes: productCodeId productCodeType
service.detection.sequence.resources.data.ec2LaunchTemplate: ec2InstanceUids version
service.detection.sequence.resources.data.ec2NetworkInterface: ipv6Addresses@ipv6 publicIp@address subNetId vpcId
service.detection.sequence.resources.data.ec2NetworkInterface.privateIpAddresses: privateDnsName
    privateIpAddress@address
service.detection.sequence.resources.data.ec2NetworkInterface.securityGroups: groupId groupName
service.detection.sequence.resources.data.ec2Vpc: ec2InstanceUids
service.detection.sequence.resources.data.ecsCluster: ec2InstanceUids status
service.detection.sequence.resources.data.ecsTask: containerUids createdAt@time launchType taskDefinitionArn
service.detection.sequence.resources.data.eksCluster: arn createdAt@time ec2InstanceUids status vpcId
service.detection.sequence.resources.data.iamInstanceProfile: ec2InstanceUids id
service.detection.sequence.resources.data.kubernetesWorkload: containerUids namespace type
service.detection.sequence.resources.data.s3Bucket.accountPublicAccess: publicAclAccess publicAclIgnoreBehavior
    publicBucketRestrictBehavior publicPolicyAccess
service.detection.sequence.resources.data.s3Bucket.bucketPublicAccess: publicAclAccess publicAclIgnoreBehavior
    publicBucketRestrictBehavior publicPolicyAccess
service.detection.sequence.resources.data.s3Bucket: createdAt@time effectivePermission encryptionKeyArn encryptionType
    ownerId publicReadAccess publicWriteAccess s3ObjectUids
service.detection.sequence.resources.data.s3Object: eTag key versionId
service.detection.sequence.resources.tags: key value
service.detection.sequence.sequenceIndicators: key title values
service.detection.sequence.signals: actorIds count createdAt@time description endpointIds firstSeenAt@time
    lastSeenAt@time name resourceUids severity type uid updatedAt@time
service.detection.sequence.signals.signalIndicators: key title values
service.ebsVolumeScanDetails: scanCompletedAt@time scanId scanStartedAt@time scanType sources triggerFindingId
service.ebsVolumeScanDetails.scanDetections.highestSeverityThreatDetails: count severity threatName
service.ebsVolumeScanDetails.scanDetections.scannedItemCount: files totalGb volumes
service.ebsVolumeScanDetails.scanDetections.threatDetectedByName: itemCount shortened uniqueThreatNameCount
service.ebsVolumeScanDetails.scanDetections.threatDetectedByName.threatNames.filePaths: fileName filePath hash
    volumeArn
service.ebsVolumeScanDetails.scanDetections.threatDetectedByName.threatNames: itemCount name severity
service.ebsVolumeScanDetails.scanDetections.threatsDetectedItemCount: files
service.evidence.threatIntelligenceDetails: threatFileSha256 threatListName threatNames
service.malwareScanDetails: scanCategory scanId scanType uniqueThreatCount
service.malwareScanDetails.scanConfiguration.incrementalScanDetails: baselineResourceArn
service.malwareScanDetails.scanConfiguration: triggerType
service.malwareScanDetails.threats: count hash name source
service.malwareScanDetails.threats.itemDetails.additionalInfo: deviceName versionId
service.malwareScanDetails.threats.itemDetails: hash itemPath resourceArn
service.malwareScanDetails.threats.itemPaths: hash nestedItemPath
service.runtimeDetails.context: addressFamily commandLineExample fileOperation filePath fileSystemType flags
    ianaProtocolNumber ldPreloadValue libraryPath memoryRegions modifiedAt@time moduleFilePath moduleName moduleSha256
    mountSource mountTarget relatedFilePaths releaseAgentPath runcBinaryPath scriptPath serviceName
    shellHistoryFilePath socketPath threatFilePath toolCategory toolName
service.runtimeDetails.context.modifyingProcess: euid executablePath executableSha256 name namespacePid parentUuid pid
    pwd startTime@time user userId uuid
service.runtimeDetails.context.modifyingProcess.lineage: euid executablePath name namespacePid parentUuid pid
    startTime@time userId uuid
service.runtimeDetails.context.targetProcess: euid executablePath executableSha256 name namespacePid parentUuid pid
    pwd startTime@time user userId uuid
service.runtimeDetails.context.targetProcess.lineage: euid executablePath name namespacePid parentUuid pid
    startTime@time userId uuid
service.runtimeDetails.process: euid executablePath executableSha256 name namespacePid parentUuid pid pwd
    startTime@time user userId uuid
service.runtimeDetails.process.lineage: euid executablePath name namespacePid parentUuid pid startTime@time userId
    uuid
`;
