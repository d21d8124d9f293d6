using HpdCds.Sandbox;
using HpdCds.Sandbox.Orders;

var ehr = EhrHost.Build(args);
try
{
    await ehr.StartAsync();
}
catch (IOException failure)
{
    await Console.Error.WriteLineAsync($"The EHR cannot start: {failure.Message} Another address can be given with --urls.");
    return 1;
}

// The service is a second WebApplication, started here on --cds-url; the two talk over HTTP only.
var addresses = ehr.Services.GetRequiredService<SandboxAddresses>();
Console.WriteLine($"""
    EHR      {addresses.Ehr()}        patients, charts, orders
    FHIR R4  {addresses.FhirBase}   tokens only, except /metadata
    Service  {new Uri(addresses.Service, "/cds-services")}
    Try it   curl -s {addresses.Ehr()}/patients/bravo/request.json | curl -s -H 'Content-Type: application/json' -d @- {new Uri(addresses.Service, "/cds-services/hpd-risk")}
    """);
await ehr.WaitForShutdownAsync();
return 0;
