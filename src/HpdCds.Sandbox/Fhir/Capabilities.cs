using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Fhir;

/// <summary>What this server says that it can do; generated from what it does.</summary>
public static class Capabilities
{
    /// <summary>Served even while nobody has one: an empty answer is an answer.</summary>
    private static readonly string[] Always =
        ["Appointment", "Condition", "DiagnosticReport", "ImagingStudy", "MedicationAdministration", "MedicationRequest", "MedicationStatement", "Observation", "Patient", "Practitioner", "Procedure", "ServiceRequest"];

    public static CapabilityStatement Describe(FhirStore store, string fhirBase, DateTimeOffset now) => new()
    {
        Status = PublicationStatus.Active,
        DateElement = new(now),
        Kind = CapabilityStatementKind.Instance,
        FhirVersion = FHIRVersion.N4_0_1,
        FormatElement = [new("json")],
        Software = new() { Name = "HpdCds sandbox EHR" },
        Implementation = new() { Description = "A small EHR over synthetic patients, in memory", Url = fhirBase },
        Rest = [new()
        {
            Mode = CapabilityStatement.RestfulCapabilityMode.Server,
            Security = new() { Description = "A bearer token that this EHR sent with a hook request; it shows one patient." },
            Resource = [.. store.Types.Union(Always, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Resource)],
        }],
    };

    private static CapabilityStatement.ResourceComponent Resource(string type) => new()
    {
        TypeElement = new() { JsonValue = type },
        Versioning = CapabilityStatement.ResourceVersionPolicy.NoVersion,
        Interaction =
        [
            new() { Code = CapabilityStatement.TypeRestfulInteraction.Read },
            new() { Code = CapabilityStatement.TypeRestfulInteraction.SearchType },
            new() { Code = CapabilityStatement.TypeRestfulInteraction.Create },
        ],
        SearchParam = [.. SearchParameters.Of(type)
            .OrderBy(parameter => parameter.Code, StringComparer.Ordinal)
            .Select(parameter => new CapabilityStatement.SearchParamComponent { Name = parameter.Code, Type = parameter.Type })
            .Prepend(new() { Name = "_id", Type = SearchParamType.Token })],
    };
}
