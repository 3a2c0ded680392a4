package bigqueryclient

import "cloud.google.com/go/bigquery"

// Key returns the name of the key of a table or the default key of a dataset, "" if there is none.
func Key(c *bigquery.EncryptionConfig) string {
	if c == nil {
		return ""
	}
	return c.KMSKeyName
}
