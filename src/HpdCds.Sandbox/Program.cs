using HpdCds.Sandbox;
using HpdCds.Sandbox.Orders;

var ehr = EhrHost.Build(args);
await ehr.StartAsync();

// The service is a second WebApplication, started here on --cds-url; the two talk over HTTP only.
var addresses = ehr.Services.GetRequiredService<SandboxAddresses>();
Console.WriteLine($"""
    EHR      {addresses.Ehr()}        patients, charts, orders
    FHIR R4  {addresses.FhirBase}   tokens only, except /metadata
    Service  {new Uri(addresses.Service, "/cds-services")}
    Try it   curl -s {addresses.Ehr()}/patients/bravo/request.json | curl -s -H 'Content-Type: application/json' -d @- {new Uri(addresses.Service, "/cds-services/hpd-risk")}
    """);
await ehr.WaitForShutdownAsync();
