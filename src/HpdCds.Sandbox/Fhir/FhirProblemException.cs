using Hl7.Fhir.Model;

namespace HpdCds.Sandbox.Fhir;

/// <summary>A request that cannot be served: ends as an OperationOutcome with this status.</summary>
public sealed class FhirProblemException(int status, OperationOutcome.IssueType issue, string message) : Exception(message)
{
    public int Status { get; } = status;

    public OperationOutcome.IssueType Issue { get; } = issue;

    public static FhirProblemException NotFound(string what) => new(404, OperationOutcome.IssueType.NotFound, what);

    public static FhirProblemException Invalid(string what) => new(400, OperationOutcome.IssueType.Invalid, what);

    public static FhirProblemException Forbidden(string what) => new(403, OperationOutcome.IssueType.Forbidden, what);
}
