package emulator

// DisableService switches a service off in a project, named as in Service Usage: "cloudkms.googleapis.com". Calls about
// resources of the project, and calls of clients that name the project in the header X-Goog-User-Project, are then refused as
// Google refuses them, and nobody can use the project's keys without Cloud KMS. All services are on in a new cloud.
func (c *Cloud) DisableService(project, service string) error {
	return failure("disable "+service+" in project", project, c.usage.Set(project, service, false))
}

// EnableService switches a service on again in a project.
func (c *Cloud) EnableService(project, service string) error {
	return failure("enable "+service+" in project", project, c.usage.Set(project, service, true))
}

// SetKMSQuota sets the limit that Service Usage reports for a metric of Cloud KMS, such as "hsm_usage", in a project: for a
// minute, in a region or, for "", everywhere. The cloud doesn't enforce the limit.
func (c *Cloud) SetKMSQuota(project, metric, region string, perMinute int64) error {
	return failure("set quota of project", project, c.usage.SetQuota(project, metric, region, perMinute))
}
