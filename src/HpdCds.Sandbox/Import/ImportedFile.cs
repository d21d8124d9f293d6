using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HpdCds.Sandbox.Orders;

namespace HpdCds.Sandbox.Import;

/// <summary>What a file turned out to be: a patient's Bundle, a hook request, or something with faults.</summary>
public abstract record ImportedFile
{
    private const int MostFaults = 20;

    private static readonly string[] NeededTexts = ["hook", "hookInstance"];

    private ImportedFile()
    {
    }

    public sealed record Chart(Patient Patient, IReadOnlyList<Resource> Resources) : ImportedFile;

    public sealed record Request(JsonObject Body) : ImportedFile;

    public sealed record Faulty(IReadOnlyList<string> Faults) : ImportedFile;

    public static ImportedFile Read(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return Fault("Nothing was pasted and no file was chosen.");
        try
        {
            return JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false }) switch
            {
                JsonObject body when body.ContainsKey("hook") => ReadRequest(body),
                JsonObject body when body.ContainsKey("resourceType") => ReadBundle(text),
                _ => Fault("This is neither a FHIR Bundle (it has no resourceType) nor a hook request (it has no hook)."),
            };
        }
        catch (JsonException failure)
        {
            return Fault($"Line {Counted(failure.LineNumber + 1)}, position {Counted(failure.BytePositionInLine + 1)}: this is not JSON.");
        }
    }

    private static ImportedFile ReadRequest(JsonObject body)
    {
        var faults = NeededTexts.Where(member => string.IsNullOrEmpty(Members.Text(body[member])))
            .Concat(body["context"] is JsonObject ? Array.Empty<string>() : ["context"])
            .Select(member => $"The request has no {member}.").ToList();
        return faults.Count > 0 ? new Faulty(faults) : new Request(body);
    }

    private static ImportedFile ReadBundle(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        var isStrict = FhirJsonDeserializer.STRICT.TryDeserializeResource(ref reader, out var resource, out var issues);
        if (!isStrict)
            return new Faulty([.. issues.Select(issue => issue.Message).Take(MostFaults)]);
        if (resource is not Bundle bundle)
            return Fault($"This is a {resource!.TypeName}; a Bundle with one Patient is needed.");
        var resources = bundle.Entry.Select(entry => entry.Resource).OfType<Resource>().ToList();
        var faults = FaultsOf(resources).Take(MostFaults).ToList();
        return faults.Count > 0 ? new Faulty(faults) : new Chart(resources.OfType<Patient>().Single(), resources);
    }

    private static IEnumerable<string> FaultsOf(List<Resource> resources)
    {
        var patients = resources.OfType<Patient>().ToList();
        if (patients.Count != 1)
            yield return $"The Bundle holds {Counted(patients.Count)} Patient resources; exactly one is needed.";
        foreach (var (resource, place) in resources.Select((resource, place) => (resource, place)))
        {
            if (string.IsNullOrEmpty(resource.Id))
                yield return $"entry[{Counted(place)}]: the {resource.TypeName} has no id.";
            else if (patients.Count == 1 && new Fhir.StoredResource(resource).PatientId is { } owner && owner != patients[0].Id)
                yield return $"entry[{Counted(place)}]: {resource.TypeName}/{resource.Id} belongs to Patient/{owner}, not to Patient/{patients[0].Id}.";
        }
        foreach (var twice in resources.GroupBy(resource => $"{resource.TypeName}/{resource.Id}", StringComparer.Ordinal).Where(group => group.Count() > 1))
            yield return $"{twice.Key} stands in the Bundle {Counted(twice.Count())} times.";
    }

    private static Faulty Fault(string text) => new([text]);

    private static string Counted(long? number) => (number ?? 0).ToString(CultureInfo.InvariantCulture);
}
