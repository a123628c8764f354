// Written by clients/generator. Do not edit.
package org.redfishd.client.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A body that is sent: only properties that were set are in it; null is sent as null. */
public abstract class Changes<S extends Changes<S>> implements RedfishObject {
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  /** @throws IllegalStateException naming a property that a create lacks */
  @Override public JsonNode json() {
    for (String name : required()) {
      if (!json.has(name)) throw new IllegalStateException(getClass().getName() + " needs " + name);
    }
    return json;
  }

  protected String[] required() {
    return new String[0];
  }

  /** Sets a property that the schema does not have, such as one of Oem. */
  @SuppressWarnings("unchecked")
  public S put(String name, Object value) {
    json.set(name, node(value));
    return (S) this;
  }

  private static JsonNode node(Object value) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    if (value == null) return make.nullNode();
    if (value instanceof JsonNode node) return node;
    if (value instanceof Link link) return make.objectNode().put("@odata.id", link.odataId());
    if (value instanceof RedfishObject object) return object.json();
    if (value instanceof Boolean bool) return make.booleanNode(bool);
    if (value instanceof Long number) return make.numberNode(number);
    if (value instanceof Double number) return make.numberNode(number);
    if (value instanceof List<?> items) {
      ArrayNode array = make.arrayNode();
      for (Object item : items) array.add(node(item));
      return array;
    }
    return make.textNode(value.toString());
  }
}
