// Written by clients/generator. Do not edit.
package org.redfishd.client.model;

/** A reference to a resource. */
public record Link(String odataId) {
}
