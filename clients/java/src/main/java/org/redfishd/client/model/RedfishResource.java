// Written by clients/generator. Do not edit.
package org.redfishd.client.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What every resource has. */
@FunctionalInterface
public interface RedfishResource extends RedfishObject {
  static RedfishResource of(JsonNode json) { return () -> json; }
  default String odataId() { return json().path("@odata.id").asText(""); }
  default Optional<String> odataType() { return text("@odata.type"); }
  default Optional<String> odataEtag() { return text("@odata.etag"); }
  default Optional<String> getId() { return text("Id"); }
  default Optional<String> getName() { return text("Name"); }
  default Optional<String> getDescription() { return text("Description"); }
  default JsonNode getActions() { return json().path("Actions"); }
  default JsonNode getOem() { return json().path("Oem"); }
}
