package cmektest

import (
	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator"
)

// CreateKey creates a symmetric key of [Project] in a location such as "us-central1" and grants it to every service that
// encrypts. It returns the key's name.
func (c *Cloud) CreateKey(location, id string) cmekpipe.KeyName {
	c.t.Helper()
	key, err := cmekpipe.ParseKeyName("projects/" + Project + "/locations/" + location + "/keyRings/cmektest/cryptoKeys/" + id)
	c.check(err)
	c.check(c.Cloud.CreateKey(c.t.Context(), key))
	c.GrantKey(key)
	return key
}

// GrantKey lets the service agents of the given services in [Project] encrypt and decrypt with the key. Without
// services it grants the key to every service that encrypts.
func (c *Cloud) GrantKey(key cmekpipe.KeyName, services ...emulator.Service) {
	c.t.Helper()
	c.check(c.Cloud.GrantKey(c.t.Context(), key, Project, services...))
}

// DenyKey revokes what [Cloud.GrantKey] granted to the same services. The change takes effect at once; Google Cloud
// needs minutes.
func (c *Cloud) DenyKey(key cmekpipe.KeyName, services ...emulator.Service) {
	c.t.Helper()
	c.check(c.Cloud.DenyKey(c.t.Context(), key, Project, services...))
}

// RotateKey creates a version of the key and makes it the primary one. New data is encrypted with it; older data keeps
// its version.
func (c *Cloud) RotateKey(key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.RotateKey(c.t.Context(), key))
}

// DisableKey disables every version of the key. The key then encrypts no new data, and data encrypted with it can't be
// read.
func (c *Cloud) DisableKey(key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.DisableKey(c.t.Context(), key))
}

// EnableKey enables every version of the key, including those that are scheduled for destruction. Destroyed versions
// stay destroyed.
func (c *Cloud) EnableKey(key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.EnableKey(c.t.Context(), key))
}

// DestroyKey schedules every version of the key for destruction in 30 days by the cloud's clock. The versions can't be
// used from now on. [Cloud.EnableKey] restores them until [emulator.Cloud.Advance] reaches that day.
func (c *Cloud) DestroyKey(key cmekpipe.KeyName) {
	c.t.Helper()
	c.check(c.Cloud.DestroyKey(c.t.Context(), key))
}
