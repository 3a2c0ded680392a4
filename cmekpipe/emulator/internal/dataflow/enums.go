package dataflow

// enumOf returns the values of an enum field, nil for other fields. The field is named as in the client library:
// "Job.type". Source: "Possible values" of its documentation.
func enumOf(field string) []string {
	switch field {
	case "Job.type":
		return []string{"JOB_TYPE_UNKNOWN", batch, streaming}
	case "Job.currentState", "Job.requestedState":
		return jobStates()
	case "Environment.flexResourceSchedulingGoal", "FlexTemplateRuntimeEnvironment.flexrsGoal":
		return []string{"FLEXRS_UNSPECIFIED", "FLEXRS_SPEED_OPTIMIZED", "FLEXRS_COST_OPTIMIZED"}
	case "Environment.shuffleMode":
		return []string{"SHUFFLE_MODE_UNSPECIFIED", "VM_BASED", "SERVICE_BASED"}
	case "Environment.streamingMode", "RuntimeEnvironment.streamingMode", "FlexTemplateRuntimeEnvironment.streamingMode":
		return []string{"STREAMING_MODE_UNSPECIFIED", "STREAMING_MODE_EXACTLY_ONCE", "STREAMING_MODE_AT_LEAST_ONCE"}
	case "WorkerPool.ipConfiguration", "RuntimeEnvironment.ipConfiguration", "FlexTemplateRuntimeEnvironment.ipConfiguration":
		return []string{"WORKER_IP_UNSPECIFIED", "WORKER_IP_PUBLIC", "WORKER_IP_PRIVATE"}
	case "WorkerPool.teardownPolicy":
		return []string{"TEARDOWN_POLICY_UNKNOWN", "TEARDOWN_ALWAYS", "TEARDOWN_ON_SUCCESS", "TEARDOWN_NEVER"}
	case "WorkerPool.defaultPackageSet":
		return []string{"DEFAULT_PACKAGE_SET_UNKNOWN", "DEFAULT_PACKAGE_SET_NONE", "DEFAULT_PACKAGE_SET_JAVA", "DEFAULT_PACKAGE_SET_PYTHON"}
	case "AutoscalingSettings.algorithm", "FlexTemplateRuntimeEnvironment.autoscalingAlgorithm":
		return []string{"AUTOSCALING_ALGORITHM_UNKNOWN", "AUTOSCALING_ALGORITHM_NONE", "AUTOSCALING_ALGORITHM_BASIC"}
	case "ParameterMetadata.paramType":
		return parameterTypes()
	}
	return nil
}

func jobStates() []string {
	return []string{
		"JOB_STATE_UNKNOWN", "JOB_STATE_STOPPED", string(queued), "JOB_STATE_RESOURCE_CLEANING_UP", "JOB_STATE_PAUSING",
		"JOB_STATE_PAUSED", string(pending), string(running), string(done), string(failed), string(cancelling),
		string(cancelled), string(draining), string(drained), string(updated),
	}
}

func parameterTypes() []string {
	return []string{
		"DEFAULT", "TEXT", "GCS_READ_BUCKET", "GCS_WRITE_BUCKET", "GCS_READ_FILE", "GCS_WRITE_FILE", "GCS_READ_FOLDER",
		"GCS_WRITE_FOLDER", "PUBSUB_TOPIC", "PUBSUB_SUBSCRIPTION", "BIGQUERY_TABLE", "JAVASCRIPT_UDF_FILE",
		"SERVICE_ACCOUNT", "MACHINE_TYPE", "KMS_KEY_NAME", "WORKER_REGION", "WORKER_ZONE", "BOOLEAN", "ENUM", "NUMBER",
		"KAFKA_TOPIC", "KAFKA_READ_TOPIC", "KAFKA_WRITE_TOPIC",
	}
}
