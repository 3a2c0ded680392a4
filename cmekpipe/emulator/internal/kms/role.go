package kms

// roleAdmin is the role of administrators, who manage keys and can't use them.
const roleAdmin = "roles/cloudkms.admin"

// permissionsOf returns the permissions of a predefined role that this package checks; none for an unknown role.
// Source: https://docs.cloud.google.com/iam/docs/roles-permissions/cloudkms.
func permissionsOf(role string) []string {
	everywhere := []string{"cloudkms.locations.get", "cloudkms.locations.list"}
	switch role {
	case roleAdmin:
		return append(everywhere, adminPermissions()...)
	case "roles/cloudkms.viewer":
		return append(everywhere,
			"cloudkms.keyRings.get", "cloudkms.keyRings.list",
			"cloudkms.cryptoKeys.get", "cloudkms.cryptoKeys.list",
			"cloudkms.cryptoKeyVersions.get", "cloudkms.cryptoKeyVersions.list")
	case "roles/cloudkms.cryptoKeyEncrypterDecrypter":
		return append(everywhere, useToEncrypt, useToDecrypt)
	case "roles/cloudkms.cryptoKeyEncrypter":
		return append(everywhere, useToEncrypt)
	case "roles/cloudkms.cryptoKeyDecrypter":
		return append(everywhere, useToDecrypt)
	}
	return nil
}

func adminPermissions() []string {
	return []string{
		"cloudkms.keyRings.create", "cloudkms.keyRings.get", "cloudkms.keyRings.list",
		"cloudkms.keyRings.getIamPolicy", "cloudkms.keyRings.setIamPolicy",
		"cloudkms.cryptoKeys.create", "cloudkms.cryptoKeys.get", "cloudkms.cryptoKeys.list", "cloudkms.cryptoKeys.update",
		"cloudkms.cryptoKeys.getIamPolicy", "cloudkms.cryptoKeys.setIamPolicy",
		"cloudkms.cryptoKeyVersions.create", "cloudkms.cryptoKeyVersions.get", "cloudkms.cryptoKeyVersions.list",
		"cloudkms.cryptoKeyVersions.update", "cloudkms.cryptoKeyVersions.destroy", "cloudkms.cryptoKeyVersions.restore",
	}
}
