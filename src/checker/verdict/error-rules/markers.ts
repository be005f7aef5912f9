import type { Reason } from '../../../domain/reason.js';

/** Codes and types that decide at once, in lower case without separators. */
export const markers: Partial<Record<Reason, string>> = {
  auth_failed:
    'invalidapikey incorrectapikey missingapikey apikeyinvalid apikeyexpired apikeynotfound noapikey authenticationerror authenticationfailed invalidauthentication invalidauthenticationtoken authorizationerror unauthorized unauthenticated invalidcredentials invalidtoken expiredtoken tokenexpired accountdeactivated expiredtokenexception unrecognizedclientexception invalidsignatureexception incompletesignature missingauthenticationtoken failedtoresolveapikey',
  permission_denied:
    'permissiondenied permissionerror permissiondeniederror forbidden requestforbidden accessdenied accessdeniedexception unsupportedcountryregionterritory ipnotauthorized notauthorized accountsuspended keymodelaccessdenied teammodelaccessdenied usermodelaccessdenied modelaccessdenied accessdeniedunpurchased modelnotopen customerverificationrequired workspaceaccessdenied invalidapicallasnoapiproductmatchfound invalidapikeyforgivenresource developerstatusnotactive companystatusnotactive appnoauth appidnoautherror',
  quota_exhausted:
    'insufficientquota quotaexceeded quotaexhausted exceededcurrentquota exceededcurrentquotaerror creditbalanceexhausted organizationspendlimitexceeded projectspendlimitexceeded organizationusagelimitexceeded enforcedspendlimitreached spendlimitexceeded usagelimitreached usagelimitexceeded billinghardlimitreached billingnotactive billingerror insufficientbalance insufficientcredits insufficientfunds paymentrequired budgetexceeded arrearage setlimitexceeded servicequotaexceededexception accountoverdueerror accountoverdue accountoverduewarning allocationquotafreetieronly prepaidbilloverdue postpaidbilloverdue preconsumetokenquotafailed insufficientuserquota tokenquotaexhausted tokenquotareached quotaviolation limitexceededexception 1113',
  model_not_found:
    'modelnotfound modelnotfounderror modelnotexist modeldoesnotexist modelnotsupported modelnotavailable modeldecommissioned modeldeprecated invalidmodel invalidmodelname unknownmodel deploymentnotfound invalidendpointormodelnotfound invalidendpointnotfound modelunavailable modeloffline',
  rate_limited:
    'ratelimit ratelimited ratelimitexceeded ratelimiterror ratelimitreached ratelimitreachederror ratelimitexceedederror slowdown toomanyrequests throttled throttling throttlingexception throttlingerror requestlimitexceeded tokensperminutelimitexceeded concurrencylimitexceeded throttlingratequota throttlinguser throttlingburstrate limitrequests limitbursttrate accountratelimitexceeded modelaccountrpmratelimitexceeded modelaccounttpmratelimitexceeded spikearrestviolation prompttokenlimitviolation 900800 900801 900802 900803 900804 900806 900807',
  overloaded:
    'overloaded overloadederror serverisoverloaded serveroverloaded engineoverloaded engineoverloadederror modeloverloaded capacityexceeded insufficientcapacity nocapacity queueexceeded serverbusy serviceunavailable serviceunavailableerror serviceunavailableexception unavailable',
  context_exceeded:
    'contextlengthexceeded contextwindowexceeded contextwindowexceedederror exceedcontextsizeerror stringabovemaxlength requesttoolarge prompttoolong inputtoolong maxtokensexceeded',
  content_filtered:
    'contentfilter contentfiltered contentpolicyviolation contentpolicyviolationerror responsibleaipolicyviolation moderationblocked contentmoderation datainspectionfailed guardrailintervened guardrailviolation censorshipblocked inputtextriskdetection outputtextriskdetection inputimageriskdetection outputimageriskdetection sensitivecontentdetected inputtextsensitivecontentdetected outputtextsensitivecontentdetected contentrisk regexguardrail',
  model_loading: 'modelloading modelisloading modelnotready modelnotreadyexception estimatedtime coldstart',
  probe_unsupported: 'operationnotsupported unsupportedoperation unsupportedapiformodel',
  gateway_error: 'badgateway gatewaytimeout',
  unexpected_answer: 'toolusefailed',
  invalid_request:
    'unsupportedparameter unsupportedvalue unknownparameter missingrequiredparameter invalidparameter invalidtype invalidvalue integerbelowminvalue integerabovemaxvalue',
};

/**
 * Codes that are numbers: Zhipu's of four digits from 1110 on, MiniMax's with its name, Xunfei's of 10xxx and 11xxx,
 * SiliconFlow's of 20xxx, 30xxx and 50xxx. Another provider may mean something else by the same number.
 */
export const numbers: Partial<Record<Reason, string>> = {
  auth_failed: '1000 1001 1003 1004 minimax1004 minimax2049 10015 10016 10313',
  permission_denied: '1110 1111 1112 1220 1311 10008 10009 11200 30003',
  quota_exhausted: '1304 1308 1309 1310 minimax1008 minimax2056 11201 30001 30011 40201',
  rate_limited: '1302 1303 minimax1002 minimax1039 minimax1041 10007 11202 11203',
  overloaded: '1305 1312 10010 10110 50505 50508',
  model_not_found: '1211 1221 10404 20012',
  content_filtered: '1301 minimax1026 minimax1027 10013 10014 10019',
  context_exceeded: '1261 minimax1042 10907 20015',
  invalid_request: '1210 1213 1214 1215 minimax2013 10003 10004 10005',
  server_error: '1230 1234 minimax1000 minimax1001 minimax1013 minimax1024 minimax1033 10012 50501 50502',
};

/** Codes and types used when nothing more specific decides, including the HTTP status of a failure. */
export const lastMarkers: Partial<Record<Reason, string>> = {
  server_error:
    'servererror apierror internal internalerror internalservererror internalfailure internalserverexception',
  invalid_request:
    'invalidrequesterror badrequest badrequesterror invalidargument validationerror validationexception',
};
