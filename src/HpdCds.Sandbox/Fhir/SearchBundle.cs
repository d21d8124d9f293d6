using System.Text.Json;

namespace HpdCds.Sandbox.Fhir;

/// <summary>A searchset Bundle, written around the stored JSON: a page of a large chart costs no serialization.</summary>
public static class SearchBundle
{
    public static byte[] Write(SearchPage page, string fhirBase)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("resourceType", "Bundle");
            json.WriteString("type", "searchset");
            json.WriteNumber("total", page.Total);
            WriteLinks(json, page, fhirBase);
            if (page.Resources.Count > 0)
                WriteEntries(json, page.Resources, fhirBase);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void WriteLinks(Utf8JsonWriter json, SearchPage page, string fhirBase)
    {
        json.WriteStartArray("link");
        WriteLink(json, "self", page.SelfUrl(fhirBase));
        if (page.NextUrl(fhirBase) is { } next)
            WriteLink(json, "next", next);
        json.WriteEndArray();
    }

    private static void WriteLink(Utf8JsonWriter json, string relation, string url)
    {
        json.WriteStartObject();
        json.WriteString("relation", relation);
        json.WriteString("url", url);
        json.WriteEndObject();
    }

    private static void WriteEntries(Utf8JsonWriter json, IReadOnlyList<StoredResource> resources, string fhirBase)
    {
        json.WriteStartArray("entry");
        foreach (var resource in resources)
        {
            json.WriteStartObject();
            json.WriteString("fullUrl", $"{fhirBase}/{resource.Type}/{resource.Id}");
            json.WritePropertyName("resource");
            json.WriteRawValue(resource.Json, skipInputValidation: true);
            json.WriteStartObject("search");
            json.WriteString("mode", "match");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
